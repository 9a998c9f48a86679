"""What an application imports: client, wallet, keystore, builders, envelope, evidence."""
