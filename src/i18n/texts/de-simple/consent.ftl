# Worin Menschen einwilligen, in Leichter Sprache.

consent-wording =
    Ich möchte den Newsletter »{ $title }« bekommen.
    Der Newsletter kommt von: { $organisation }.
    Ich bekomme ihn als E-Mail.
    { $description }
    Ich kann jederzeit Nein sagen.
    Dann bekomme ich keinen Newsletter mehr.
    In jeder E-Mail ist ein Link zum Abmelden.

privacy-controller =
    Verantwortlich ist: { $organisation }.
    Die Adresse ist: { $address }.
    Haben Sie Fragen zum Daten-Schutz?
    Dann schreiben Sie an: { $contact }.
privacy-officer = Für den Daten-Schutz zuständig ist: { $officer }.
privacy-purpose =
    Wir brauchen Ihre E-Mail-Adresse.
    Nur so können wir Ihnen den Newsletter schicken.
    Ihren Namen müssen Sie nicht angeben.
    Sie haben uns das erlaubt.
    Das Gesetz dazu heißt: Daten-Schutz-Grund-Verordnung.
    Die Stelle im Gesetz ist: Artikel 6 Absatz 1 Buchstabe a.
privacy-data =
    Wir speichern Ihre E-Mail-Adresse und Ihre Sprache.
    Wir speichern Ihren Namen, wenn Sie ihn angeben.
    Wir speichern auch: Was haben Sie erlaubt?
    Und wann haben Sie es erlaubt?
    Die Nummer von Ihrem Computer speichern wir nicht.
    Diese Nummer heißt IP-Adresse.
privacy-recipients =
    Diese Firmen helfen uns:
    { $hoster } betreibt unseren Computer.
    { $relay } verschickt unsere E-Mails.
privacy-limits =
    Niemand soll das Formular missbrauchen.
    Darum zählen wir die Anmeldungen aus jedem Netzwerk.
    Dafür speichern wir eine Geheim·zahl.
    Nach einem Tag löschen wir sie.
privacy-network =
    Ihr Computer hat eine Netzwerk·adresse.
    Wir speichern sie bei Ihrer Anmeldung.
    Nach { $network_days } Tagen löschen wir sie.
privacy-network-short =
    Ihr Computer hat eine Netzwerk·adresse.
    Wir speichern einen Teil davon bei Ihrer Anmeldung.
    Nach { $network_days } Tagen löschen wir ihn.
privacy-storage =
    Sie müssen Ihre Anmeldung bestätigen.
    Dafür haben Sie { $confirmation_days } Tage Zeit.
    Danach gilt die Anmeldung nicht mehr.
    Sie bekommen den Newsletter?
    Dann speichern wir Ihre Daten so lange.
    Daten zu einzelnen E-Mails speichern wir { $delivery_days } Tage.
    Ihre Erlaubnis speichern wir länger.
    Nach Ihrer Abmeldung sind das noch { $proof_years } Jahre.
    Die Jahre zählen ab dem Ende vom Jahr.
privacy-rights =
    Sie haben Rechte:
    Sie können fragen, was wir über Sie wissen.
    Sie können falsche Daten ändern lassen.
    Sie können Ihre Daten löschen lassen.
    Sie können sagen: Benutzen Sie meine Daten nicht mehr.
    Sie können Ihre Daten mitnehmen.
    Sie können Ihre Erlaubnis zurück-nehmen.
    Das steht in den Artikeln 15 bis 18, 20 und 21.
privacy-authority =
    Sie sind nicht zufrieden mit uns?
    Dann können Sie sich beschweren.
    Zum Beispiel hier: { $authority }.
privacy-tracking =
    Wir beobachten Sie nicht.
    Unsere E-Mails und Seiten zählen Sie nicht.
