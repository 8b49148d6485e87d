# Die Erklärung zur Barrierefreiheit (§ 12b BGG, Richtlinie (EU) 2016/2102).

accessibility-title = Erklärung zur Barrierefreiheit
accessibility-lead = Diese Erklärung gilt für die Newsletter von { $organisation }: für die Seiten unter { $place } und für die E-Mails, die von dort kommen.
accessibility-status = Wie barrierefrei das Angebot ist
accessibility-fully = Das Angebot ist mit der Barrierefreie-Informationstechnik-Verordnung (BITV 2.0) und der Norm EN 301 549 vereinbar. Maßstab sind die Web Content Accessibility Guidelines (WCAG) 2.2 auf der Stufe AA.
accessibility-partly = Das Angebot ist mit der Barrierefreie-Informationstechnik-Verordnung (BITV 2.0) und der Norm EN 301 549 teilweise vereinbar. Maßstab sind die Web Content Accessibility Guidelines (WCAG) 2.2 auf der Stufe AA. Was noch nicht barrierefrei ist und warum, steht im nächsten Abschnitt.
accessibility-exceptions = Was noch nicht barrierefrei ist
accessibility-checked = Wie geprüft wurde
accessibility-checked-how = Die Erklärung beruht auf einer Selbstbewertung. Jede Version der Software wird auf allen öffentlichen Seiten und in allen Sprachen geprüft: mit den Prüfprogrammen axe und html-validate, nur mit der Tastatur, bei 400 Prozent Vergrößerung, mit größeren Abständen im Text, in heller und in dunkler Darstellung. Die Texte und Bilder der Newsletter verantwortet die Redaktion.
accessibility-report = Barrieren melden
accessibility-report-how = Sind Sie auf eine Barriere gestoßen, oder brauchen Sie einen Inhalt in einer anderen Form? Schreiben Sie uns:
accessibility-enforcement = Wenn Sie mit unserer Antwort nicht zufrieden sind
accessibility-enforcement-how = Dann können Sie sich an diese Stelle wenden:
accessibility-date = Stand
accessibility-reviewed = Diese Erklärung wurde zuletzt am { $date } überprüft.
