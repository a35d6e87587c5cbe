"""What is true and what is decided: checks, eligibility, quota, certificates, payments."""
