"""What experiments share with each other and with chapters: sentences, trainings, measures."""
