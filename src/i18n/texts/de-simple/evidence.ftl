# Der Nachweis der Einwilligung einer Person (`rundbrief consent show`), in Leichter Sprache.

evidence-title = Beweis: Die Person hat Ja gesagt
evidence-standing = So ist es jetzt
evidence-state = Stand
evidence-times = Wann
evidence-state-pending = gefragt, noch nicht bestätigt
evidence-state-active = angemeldet
evidence-state-ended = beendet
evidence-suppressed = An diese Adresse schicken wir nichts: { $reason }, seit { $since }.
evidence-records = Das ist passiert
evidence-wordings = Diese Texte hat die Person gesehen
evidence-shown-since = Zum ersten Mal gezeigt
evidence-wording-consent = Text zur Erlaubnis, Nummer { $version }
evidence-wording-privacy = Text zum Daten-Schutz, Nummer { $version }
evidence-record = Eintrag
evidence-place = Platz { $place } der Kette,
evidence-unsealed = noch nicht verkettet
evidence-commitment = Prüf-Zahl (SHA-256)
evidence-unchanged = nicht verändert
evidence-changed = ACHTUNG: verändert
evidence-act-requested = Die Person hat gefragt
evidence-act-confirmed = Die Person hat Ja gesagt
evidence-act-imported = Aus einer Datei übernommen
evidence-act-language-changed = Die Person hat die Sprache geändert
evidence-act-address-changed = Die Person hat die Adresse geändert
evidence-act-withdrawn = Die Person hat Nein gesagt
evidence-act-lifted = Die Sperre ist weg
evidence-act-restored = Es geht weiter. Die Person hatte nicht Nein gesagt
evidence-act-erased = Gelöscht, weil die Person das wollte
evidence-act-expired = Gelöscht, weil die Zeit um war
evidence-field-newsletter = Newsletter
evidence-field-address = Adresse, wie eingegeben
evidence-field-canonical = Adresse zum Vergleichen
evidence-field-from = Vorher
evidence-field-to = Seitdem
evidence-field-language = Ausgabe
evidence-field-page-language = Sprache der Seite
evidence-field-form-url = Formular
evidence-field-channel = Wie
evidence-field-how = Schutz vor Computer-Programmen
evidence-field-consent-version = Text zur Erlaubnis, Nummer
evidence-field-consent-hash = Text zur Erlaubnis, Prüf-Zahl
evidence-field-consent-known-by = Text zur Erlaubnis, woher bekannt
evidence-field-privacy-version = Text zum Daten-Schutz, Nummer
evidence-field-privacy-hash = Text zum Daten-Schutz, Prüf-Zahl
evidence-field-mail-message-id = E-Mail mit dem Link: Nummer
evidence-field-mail-subject = E-Mail mit dem Link: Betreff
evidence-field-mail-sha256 = E-Mail mit dem Link: Prüf-Zahl
evidence-field-mail-handed-over-at = E-Mail mit dem Link: verschickt
evidence-field-mail-reply = Antwort vom Mail-Server
evidence-field-evidence = Beleg beim Import
evidence-field-reason = Der Grund
evidence-field-source = Quelle
evidence-field-date = Angegebenes Datum
evidence-field-file = Prüf-Zahl von der Datei
evidence-field-row = Zeile
evidence-field-subscriber = Nummer von der Person
evidence-field-joined = Nummer von der Person, die jetzt dieselbe ist
evidence-about-procedure =
    Die Person bekommt eine E-Mail mit einem Link.
    Die Person öffnet den Link.
    Dann drückt sie den Knopf auf der Seite.
    Erst dann ist sie angemeldet.
    Jeder Text hat eine Prüf-Zahl.
    Der Text steht oben, Wort für Wort.
evidence-about-chain =
    Jeder Eintrag hat eine Prüf-Zahl.
    Die Einträge hängen zusammen wie eine Kette.
    Ein Programm rechnet die Zahlen nach: rundbrief consent verify.
    Es findet: Hat jemand etwas verändert?
