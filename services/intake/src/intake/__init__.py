"""What the citizen said: applications, families, papers, questionnaire, the citizen's view of the case."""
