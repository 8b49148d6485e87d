# Newsletters that are closed, and issues that are planned.

web-closed-title = “{ $title }” is closed
web-closed-lead = This newsletter is closed. It takes no new subscribers, and there will be no new issues.
web-closed-links = If you subscribed to it, the links in your e-mails still work: you can unsubscribe, and see or erase your data.
web-closed-archive = Read past issues
web-closed-others = See other newsletters
web-closed-api = This newsletter is closed and takes no new subscribers.
web-closed-confirm = “{ $title }” has been closed in the meantime. You are not subscribed, and you will not get any e-mails.
web-closed-tag = Closed
web-closed-publish = This newsletter is closed, so nothing can be published.

web-plans = Planned issues
web-plans-cadence = Next regular issue: { $time }, { $distance }
web-plans-now = due now
web-plans-minutes = { $count ->
    [one] in one minute
   *[other] in { $count } minutes
}
web-plans-hours = { $count ->
    [one] in one hour
   *[other] in { $count } hours
}
web-plans-days = { $count ->
    [one] in one day
   *[other] in { $count } days
}
web-plans-new-time = New time
web-plans-move = Move
web-plans-move-of = Move the issue planned for { $time }
web-plans-unplan = Cancel plan
web-plans-unplan-of = Cancel the plan for { $time }
web-plans-add = Publish later
web-plans-add-lead = The issue will take all news items that are ready by then.
web-plans-add-time = Date and time in { $zone }
web-plans-add-submit = Plan issue
web-plans-planned = The issue is planned. You can see its time below.
web-plans-planned-too = The issue is planned. There is a regular issue on the same day, too: whichever comes first takes what is ready.
web-plans-moved = The issue was moved. You can see its new time below.
web-plans-moved-too = The issue was moved. There is a regular issue on the same day, too: whichever comes first takes what is ready.
web-plans-gone = This plan is gone: the issue has been published, or somebody cancelled the plan.
web-plans-error-form = Please enter a date and a time, like 2027-03-01T09:00.
web-plans-error-past = This time is past. Please choose a later one.
web-plans-error-gap = Clocks in { $zone } skip this time. The next time that exists is { $instead }.
web-plans-error-taken = Another issue is already planned for this time.
web-plans-error-held = An issue that was due at this time needs your decision. Please release or cancel it first.
