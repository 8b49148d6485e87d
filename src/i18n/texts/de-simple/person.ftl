# Die eigenen Daten, in Leichter Sprache.

web-address-title = Ist das Ihre neue Adresse?
web-address-lead = Wir schicken den Newsletter dann an: { $address }.
web-address-submit = Ja, das ist meine Adresse
web-address-not-you =
    Sie möchten das nicht?
    Dann schließen Sie diese Seite.
    Es bleibt alles, wie es ist.
web-address-done-title = Es hat geklappt
web-address-done-lead =
    Wir schicken den Newsletter jetzt an: { $address }.
    An die alte Adresse schicken wir nichts mehr.
web-address-taken-title = Diese Adresse ist schon angemeldet
web-address-taken-lead =
    An diese Adresse schicken wir schon einen Newsletter.
    Melden Sie bitte die alte Adresse ab.
    In jeder E-Mail ist dafür ein Link.
web-preferences-address = Eine andere Adresse
web-preferences-address-now = Wir schicken den Newsletter an: { $address }.
web-preferences-address-new = Neue E-Mail-Adresse
web-preferences-address-hint =
    Wir schicken einen Link an die neue Adresse.
    Öffnen Sie den Link und sagen Sie Ja.
    Vorher ändert sich nichts.
web-preferences-address-submit = Adresse ändern
web-preferences-address-asked =
    Wir haben Ihnen eine E-Mail geschickt.
    Sie ist bei der neuen Adresse.
    Öffnen Sie den Link in der E-Mail.
web-preferences-data = Ihre Daten
web-preferences-data-lead =
    Sie können sehen, was wir über Sie gespeichert haben.
    Sie können die Daten auch mitnehmen.
    Oder Sie lassen alles löschen.
web-preferences-data-show = Meine Daten ansehen
web-preferences-erase = Alles löschen
web-link-title = Ihr Newsletter
web-link-lead =
    In jeder E-Mail von uns ist ein Link zu Ihrer Seite.
    Dort können Sie vieles ändern.
    Sie finden keine E-Mail von uns?
    Dann schicken wir Ihnen den Link.
web-link-submit = Link schicken
web-link-asked-title = Schauen Sie in Ihr Post-Fach
web-link-asked-lead =
    Bekommen Sie einen Newsletter an diese Adresse?
    Dann kommt gleich eine E-Mail mit dem Link.
    Wir schicken jeden Tag nur eine E-Mail.
web-data-title = Ihre Daten
web-data-download = Daten als Datei speichern
web-data-facts = Das Wichtigste
web-data-since = Wir kennen Sie seit
web-data-suppressed = Wir schicken keine E-Mails
web-data-acts = Das haben Sie erlaubt
web-data-mails = E-Mails an Sie
web-data-whole =
    In der Datei steht alles über Sie.
    Auch die Texte, zu denen Sie Ja gesagt haben.
web-erase-title = Alles löschen
web-erase-lead =
    Das ist Ihre Adresse: { $address }.
    Sollen wir alles löschen?
web-erase-leave = Sie bekommen dann keinen Newsletter mehr.
web-erase-gone =
    Wir löschen alles über Sie.
    Das geht sofort.
    Und es ist für immer weg.
web-erase-kept =
    Eine Zahl bleibt übrig.
    Ein Computer hat sie aus Ihrer Adresse gerechnet.
    So trägt niemand Sie aus Versehen wieder ein.
    Aus der Zahl kann niemand Ihre Adresse lesen.
    Sie selbst können sich wieder anmelden.
web-erase-submit = Ja, alles löschen
web-erase-back = Nein, zurück
web-erased-title = Alles ist gelöscht
web-erased-lead =
    Wir haben alles über Sie gelöscht.
    Wir schicken Ihnen keine E-Mails mehr.
web-gone-lead = Sie bekommen über diesen Link keinen Newsletter mehr.

web-desk-retention = Wir löschen alte Daten. Zuletzt war das am { $time }.
web-desk-retention-never = Wir löschen alte Daten jede Nacht. Das war noch nicht.
