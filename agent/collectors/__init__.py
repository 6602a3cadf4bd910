"""What is looked at: one file for each subject."""
