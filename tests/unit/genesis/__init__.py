"""Tests of founding a consortium."""
