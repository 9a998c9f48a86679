"""Tests of what applications import."""
