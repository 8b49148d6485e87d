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
    ## Wer ist verantwortlich?
    Verantwortlich ist: { $organisation }.
    Die Adresse ist: { $address }.
    Haben Sie Fragen zum Daten-Schutz?
    Dann schreiben Sie an: { $contact }.
privacy-officer =
    Bei uns passt jemand auf den Daten-Schutz auf.
    Das ist: { $officer }.
privacy-data =
    ## Was speichern wir?
    Wir speichern Ihre E-Mail-Adresse und Ihre Sprache.
    Wir speichern Ihren Namen, wenn Sie ihn angeben.
    Wir speichern auch: Was haben Sie erlaubt?
    Und wann haben Sie es erlaubt?
    Wir speichern zu jeder E-Mail: Wann haben wir sie geschickt?
    Und ist sie angekommen?
privacy-duty =
    Wir brauchen Ihre E-Mail-Adresse.
    Nur so können wir Ihnen den Newsletter schicken.
    Alles andere ist freiwillig.
    Sie dürfen es leer lassen.
privacy-network-none =
    Jeder Computer im Internet hat eine Nummer.
    Die Nummer heißt IP-Adresse.
    Ihre IP-Adresse speichern wir nicht.
privacy-network-truncated =
    Jeder Computer im Internet hat eine Nummer.
    Die Nummer heißt IP-Adresse.
    Wir speichern einen Teil von Ihrer IP-Adresse.
    Den Teil löschen wir nach { $network_days } Tagen.
privacy-network-full =
    Jeder Computer im Internet hat eine Nummer.
    Die Nummer heißt IP-Adresse.
    Wir speichern Ihre IP-Adresse.
    Wir löschen sie nach { $network_days } Tagen.
privacy-limits =
    Manche Menschen machen Unsinn mit dem Formular.
    Davor schützen wir uns.
    Wir zählen: Wie viele Anmeldungen kommen?
    Dafür speichern wir eine geheime Zahl.
    Nach einem Tag löschen wir die Zahl.
privacy-purpose =
    ## Warum dürfen wir das?
    Sie möchten den Newsletter bekommen.
    Sie haben uns das erlaubt.
    Das Gesetz dazu heißt: Daten-Schutz-Grund-Verordnung.
    Die Stelle im Gesetz ist: Artikel 6 Absatz 1 Buchstabe a.
    Wir müssen zeigen können: Sie haben es erlaubt.
    Das steht in Artikel 5 Absatz 2 und in Artikel 7 Absatz 1.
    Und wir dürfen uns vor Unsinn schützen.
    Das steht in Artikel 6 Absatz 1 Buchstabe f.
    Bei uns entscheidet kein Computer über Sie.
privacy-recipients =
    ## Wer bekommt Ihre Daten?
privacy-hoster =
    Eine Firma betreibt unseren Computer.
    Die Firma ist: { $hoster }.
privacy-relay =
    Eine Firma verschickt unsere E-Mails.
    Die Firma ist: { $relay }.
privacy-no-recipients =
    Wir machen alles selbst.
    Ihre Daten bekommen nur wir.
    Und die Firma, bei der Sie Ihre E-Mails lesen.
privacy-at-home = Ihre Daten bleiben in Europa.
privacy-abroad =
    Manche Daten gehen in ein Land außerhalb von Europa.
    Das genau ist: { $third_country }
privacy-storage =
    ## Wie lange speichern wir?
    Sie müssen Ihre Anmeldung bestätigen.
    Dafür haben Sie { $confirmation_days } Tage Zeit.
    Danach löschen wir die Anmeldung.
    Sie bekommen den Newsletter?
    Dann speichern wir Ihre Daten so lange.
    Daten zu einzelnen E-Mails speichern wir { $delivery_days } Tage.
    Ihre Erlaubnis speichern wir länger.
    Nach Ihrer Abmeldung sind das noch { $proof_years } Jahre.
    Die Jahre zählen ab dem Ende vom Jahr.
    Manchen Adressen dürfen wir nicht mehr schreiben.
    Diese Adressen merken wir uns als geheime Zahl.
privacy-rights =
    ## Ihre Rechte
    Sie können fragen, was wir über Sie wissen.
    Sie können falsche Daten ändern lassen.
    Sie können Ihre Daten löschen lassen.
    Sie können sagen: Benutzen Sie meine Daten nicht mehr.
    Sie können Ihre Daten mitnehmen.
    Das steht in den Artikeln 15 bis 18, 20 und 21.
privacy-withdrawal =
    Sie können jederzeit Nein sagen.
    In jeder E-Mail ist ein Link zum Abmelden.
    Was vorher war, bleibt erlaubt.
privacy-complaint =
    Sie sind unzufrieden mit uns?
    Dann können Sie sich beschweren.
    Das geht bei einem Amt für den Daten-Schutz.
privacy-authority = Unser Amt ist: { $authority }.
privacy-tracking =
    ## Wir beobachten Sie nicht
    Unsere E-Mails und Seiten zählen Sie nicht.
    Sie merken sich nichts über Sie.
