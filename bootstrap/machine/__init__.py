"""What bootstrap does on one machine."""
