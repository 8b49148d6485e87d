# Newsletters, die zu Ende sind, und Newsletter, die später verschickt werden.

web-closed-title = Diesen Newsletter gibt es nicht mehr
web-closed-lead =
    Sie können sich nicht mehr anmelden.
    Es kommen keine neuen E-Mails.
web-closed-links =
    Haben Sie den Newsletter bekommen?
    Dann gehen die Links in Ihren E-Mails noch.
    Sie können sich abmelden.
    Und Sie können Ihre Daten ansehen oder löschen.
web-closed-archive = Alte Newsletter lesen
web-closed-others = Andere Newsletter ansehen
web-closed-api =
    Diesen Newsletter gibt es nicht mehr.
    Sie können sich nicht mehr anmelden.
web-closed-confirm =
    Den Newsletter „{ $title }“ gibt es nicht mehr.
    Sie sind nicht angemeldet.
    Sie bekommen keine E-Mails.
web-closed-tag = Zu Ende
web-closed-publish =
    Diesen Newsletter gibt es nicht mehr.
    Deshalb können Sie nichts verschicken.

web-plans = Das wird später verschickt
web-plans-cadence = Das kommt als Nächstes von selbst: { $time }, { $distance }
web-plans-now = jetzt gleich
web-plans-minutes = { $count ->
    [one] in einer Minute
   *[other] in { $count } Minuten
}
web-plans-hours = { $count ->
    [one] in einer Stunde
   *[other] in { $count } Stunden
}
web-plans-days = { $count ->
    [one] in einem Tag
   *[other] in { $count } Tagen
}
web-plans-new-time = Neue Zeit
web-plans-move = Zeit ändern
web-plans-move-of = Andere Zeit für den Newsletter am { $time }
web-plans-unplan = Nicht verschicken
web-plans-unplan-of = Den Newsletter am { $time } nicht verschicken
web-plans-add = Später verschicken
web-plans-add-lead =
    Der Newsletter wird von selbst verschickt.
    Alle fertigen Nachrichten kommen hinein.
web-plans-add-time = Tag und Uhr·zeit in { $zone }
web-plans-add-submit = Zeit speichern
web-plans-planned =
    Der Newsletter wird später verschickt.
    Die Zeit steht unten.
web-plans-planned-too =
    Der Newsletter wird später verschickt.
    Am selben Tag kommt noch ein Newsletter von selbst.
    Die Nachrichten kommen in den ersten von beiden.
web-plans-moved =
    Der Newsletter hat eine neue Zeit.
    Die Zeit steht unten.
web-plans-moved-too =
    Der Newsletter hat eine neue Zeit.
    Am selben Tag kommt noch ein Newsletter von selbst.
    Die Nachrichten kommen in den ersten von beiden.
web-plans-gone =
    Das geht nicht mehr.
    Der Newsletter ist schon verschickt.
    Oder jemand hat die Zeit gelöscht.
web-plans-error-form =
    Bitte schreiben Sie den Tag und die Uhr·zeit.
    Zum Beispiel so: 2027-03-01T09:00
web-plans-error-past =
    Diese Zeit ist schon vorbei.
    Bitte nehmen Sie eine spätere Zeit.
web-plans-error-gap =
    An diesem Tag werden die Uhren umgestellt.
    Diese Zeit gibt es in { $zone } nicht.
    Diese Zeit gibt es: { $instead }
web-plans-error-taken =
    Zu dieser Zeit wird schon ein Newsletter verschickt.
    Bitte nehmen Sie eine andere Zeit.
web-plans-error-held =
    Zu dieser Zeit gibt es einen Newsletter, der wartet.
    Bitte entscheiden Sie erst über diesen Newsletter.
