"""The source file that a commit changes."""

print("The work is done.")
