# Die Erklärung zur Barrierefreiheit in Leichter Sprache.

accessibility-title = Erklärung zur Barriere·freiheit
accessibility-lead =
    Barriere·frei heißt:
    Alle Menschen können etwas gut benutzen.
    Hier steht:
    So barriere·frei sind die Newsletter von { $organisation }.
    Und so barriere·frei sind die Seiten von { $place }.
accessibility-status = Wie barriere·frei sind wir?
accessibility-fully =
    Unsere Seiten und E-Mails sind barriere·frei.
    Dafür gibt es Regeln.
    Wir halten uns an diese Regeln.
    Die Regeln heißen: BITV 2.0, EN 301 549 und WCAG 2.2.
    Bei WCAG erfüllen wir die Stufe AA.
accessibility-partly =
    Unsere Seiten und E-Mails sind zum Teil barriere·frei.
    Dafür gibt es Regeln.
    Die Regeln heißen: BITV 2.0, EN 301 549 und WCAG 2.2.
    Bei WCAG wollen wir die Stufe AA erfüllen.
    Daran arbeiten wir noch.
    Mehr dazu lesen Sie gleich.
accessibility-exceptions = Das ist noch schwierig
accessibility-checked = So haben wir geprüft
accessibility-checked-how =
    Wir haben selbst geprüft.
    Wir prüfen alle Seiten in allen Sprachen.
    Dabei helfen uns 2 Programme.
    Die Programme heißen: axe und html-validate.
    Wir prüfen auch:
    Kann man die Seiten nur mit der Tastatur benutzen?
    Kann man die Seiten sehr groß machen?
    Kann man die Schrift gut lesen?
    Unsere Redaktion schreibt die Newsletter.
    Die Redaktion ist für die Texte und Bilder verantwortlich.
accessibility-report = Haben Sie Probleme mit unseren Seiten?
accessibility-report-how =
    Ist etwas schwierig für Sie?
    Oder brauchen Sie einen Text in anderer Form?
    Dann schreiben Sie uns eine E-Mail:
accessibility-enforcement = Hilft unsere Antwort Ihnen weiter?
accessibility-enforcement-how =
    Vielleicht sind Sie unzufrieden mit unserer Antwort.
    Dann hilft Ihnen diese Stelle:
accessibility-date = Wann haben wir geprüft?
accessibility-reviewed = Zuletzt haben wir am { $date } geprüft.
