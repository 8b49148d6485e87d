//! Diesel's view of the tables. One schema fits both databases: ids and times are BigInt,
//! enums and JSON are Text, tokens and hashes are Binary. A test compares it with the migrations.

diesel::table! {
    instance (id) {
        id -> BigInt,
        public_id -> Binary,
        epoch -> BigInt,
        key_fingerprints -> Text,
        created_at -> BigInt,
        fence -> Nullable<Text>,
        fenced_at -> Nullable<BigInt>,
        copying -> Nullable<Text>,
    }
}

diesel::table! {
    newsletters (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        from_name -> Text,
        from_address -> Text,
        reply_to -> Nullable<Text>,
        languages -> Text,
        cadence -> Nullable<Text>,
        zone -> Text,
        next_due_at -> Nullable<BigInt>,
        activations -> BigInt,
        last_number -> BigInt,
        created_at -> BigInt,
        private -> BigInt,
        fallbacks -> Text,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    newsletter_texts (newsletter_id, language) {
        newsletter_id -> BigInt,
        language -> Text,
        title -> Text,
        description -> Text,
        footer -> Text,
        funding -> Text,
    }
}

diesel::table! {
    wordings (id) {
        id -> BigInt,
        hash -> Binary,
        kind -> Text,
        language -> Text,
        version -> BigInt,
        text -> Text,
        first_shown_at -> BigInt,
    }
}

diesel::table! {
    subscribers (id) {
        id -> BigInt,
        public_id -> Binary,
        address -> Text,
        canonical -> Text,
        name -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> BigInt,
        public_id -> Binary,
        subscriber_id -> BigInt,
        newsletter_id -> BigInt,
        state -> Text,
        language -> Text,
        activation -> Nullable<BigInt>,
        requested_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        ended_channel -> Nullable<Text>,
    }
}

diesel::table! {
    opt_ins (id) {
        id -> BigInt,
        public_id -> Binary,
        subscriber_id -> BigInt,
        language -> Text,
        name -> Nullable<Text>,
        consent_wording_id -> BigInt,
        privacy_wording_id -> BigInt,
        form_url -> Text,
        requested_at -> BigInt,
        expires_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        new_address -> Nullable<Text>,
        new_canonical -> Nullable<Text>,
        network -> Nullable<Text>,
    }
}

diesel::table! {
    opt_in_newsletters (opt_in_id, newsletter_id) {
        opt_in_id -> BigInt,
        newsletter_id -> BigInt,
    }
}

diesel::table! {
    consent_records (id) {
        id -> BigInt,
        act -> Text,
        at -> BigInt,
        commitment -> Binary,
        sealed -> Nullable<BigInt>,
        hash -> Nullable<Binary>,
    }
}

diesel::table! {
    consent_details (consent_record_id) {
        consent_record_id -> BigInt,
        subscriber_id -> Nullable<BigInt>,
        newsletter_id -> Nullable<BigInt>,
        salt -> Binary,
        body -> Text,
    }
}

diesel::table! {
    suppressions (id) {
        id -> BigInt,
        address_key -> Binary,
        key_id -> BigInt,
        reason -> Text,
        source -> Text,
        at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    images (id) {
        id -> BigInt,
        public_id -> Binary,
        content_type -> Text,
        width -> BigInt,
        height -> BigInt,
        bytes -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    issues (id) {
        id -> BigInt,
        newsletter_id -> BigInt,
        number -> Nullable<BigInt>,
        state -> Text,
        due_at -> Nullable<BigInt>,
        held_reason -> Nullable<Text>,
        held_from -> Nullable<Text>,
        guard -> BigInt,
        activation_limit -> Nullable<BigInt>,
        fanned_out_to -> BigInt,
        published_at -> Nullable<BigInt>,
        sent_at -> Nullable<BigInt>,
        created_at -> BigInt,
        trimmed_at -> Nullable<BigInt>,
        renewed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    news_items (id) {
        id -> BigInt,
        newsletter_id -> BigInt,
        item_key -> Nullable<Text>,
        state -> Text,
        issue_id -> Nullable<BigInt>,
        image_id -> Nullable<BigInt>,
        date -> Nullable<Text>,
        starts -> Nullable<Text>,
        ends -> Nullable<Text>,
        zone -> Nullable<Text>,
        place -> Nullable<Text>,
        online -> Nullable<Text>,
        created_at -> BigInt,
        public_id -> Binary,
        revision -> BigInt,
        changed_at -> BigInt,
        cancelled -> BigInt,
        place_in_issue -> Nullable<BigInt>,
    }
}

diesel::table! {
    news_item_texts (id) {
        id -> BigInt,
        news_item_id -> BigInt,
        language -> Text,
        kicker -> Nullable<Text>,
        headline -> Text,
        lead -> Nullable<Text>,
        body -> Text,
        link -> Nullable<Text>,
        alt -> Nullable<Text>,
        caption -> Nullable<Text>,
        credit -> Nullable<Text>,
        funding -> Nullable<Text>,
        downloads -> Text,
        checked_by -> Nullable<Text>,
        downloads_checked -> BigInt,
    }
}

diesel::table! {
    files (id) {
        id -> BigInt,
        public_id -> Binary,
        content_type -> Text,
        bytes -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    funding_blocks (id) {
        id -> BigInt,
        newsletter_id -> BigInt,
        block_key -> Text,
        kind -> Text,
        place -> BigInt,
        valid_from -> Nullable<Text>,
        valid_until -> Nullable<Text>,
        image_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    funding_texts (block_id, language) {
        block_id -> BigInt,
        language -> Text,
        text -> Text,
        alt -> Nullable<Text>,
        link -> Nullable<Text>,
    }
}

diesel::table! {
    issue_words (newsletter_id, language) {
        newsletter_id -> BigInt,
        language -> Text,
        subject -> Nullable<Text>,
        intro -> Text,
        closing -> Text,
    }
}

diesel::table! {
    check_overrides (issue_id) {
        issue_id -> BigInt,
        by_whom -> Text,
        at -> BigInt,
        findings -> Text,
    }
}

diesel::table! {
    editions (id) {
        id -> BigInt,
        issue_id -> Nullable<BigInt>,
        language -> Text,
        subject -> Text,
        hash -> Binary,
        content -> Binary,
        web -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    nodes (id) {
        id -> BigInt,
        name -> Text,
        beat -> BigInt,
        started_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        public_id -> Nullable<Binary>,
        epoch -> Nullable<BigInt>,
    }
}

diesel::table! {
    relays (name) {
        name -> Text,
        failures -> BigInt,
        blocked_until -> Nullable<BigInt>,
        probe_until -> Nullable<BigInt>,
        trouble -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    paces (relay) {
        relay -> Text,
        next_at -> BigInt,
        since -> BigInt,
    }
}

diesel::table! {
    throttles (destination) {
        destination -> Text,
        rests_until -> BigInt,
        at_once -> BigInt,
        accepted -> BigInt,
        reply -> Text,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        public_id -> Binary,
        kind -> Text,
        issue_id -> Nullable<BigInt>,
        edition_id -> BigInt,
        subscriber_id -> Nullable<BigInt>,
        subscription_id -> Nullable<BigInt>,
        opt_in_id -> Nullable<BigInt>,
        newsletter_id -> Nullable<BigInt>,
        address -> Text,
        name -> Nullable<Text>,
        relay -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        due_at -> BigInt,
        attempts -> BigInt,
        resends -> BigInt,
        claim_token -> Nullable<Binary>,
        node_id -> Nullable<BigInt>,
        link_key -> Nullable<BigInt>,
        dated_at -> Nullable<BigInt>,
        dkim -> Nullable<Text>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        stage -> Nullable<Text>,
        code -> Nullable<BigInt>,
        reply -> Nullable<Text>,
    }
}

diesel::table! {
    staff (id) {
        id -> BigInt,
        address -> Text,
        canonical -> Text,
        role -> Text,
        password_hash -> Nullable<Text>,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sign_in_failures (address_key) {
        address_key -> Binary,
        failures -> BigInt,
        blocked_until -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    staff_invitations (id) {
        id -> BigInt,
        staff_id -> BigInt,
        token_hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    staff_sessions (id) {
        id -> BigInt,
        staff_id -> BigInt,
        token_hash -> Binary,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    limits (scope, key, began_at) {
        scope -> Text,
        key -> Binary,
        began_at -> BigInt,
        count -> BigInt,
    }
}

diesel::table! {
    spent_challenges (nonce) {
        nonce -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    duties (name) {
        name -> Text,
        ran_at -> BigInt,
        report -> Text,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        newsletter_id -> BigInt,
        file_hash -> Binary,
        evidence -> Text,
        rows_done -> BigInt,
        added -> BigInt,
        begun_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    published_items (id) {
        id -> BigInt,
        issue_id -> BigInt,
        newsletter_id -> BigInt,
        language -> Text,
        position -> BigInt,
        headline -> Text,
        lead -> Text,
        text -> Text,
        published_at -> BigInt,
    }
}

diesel::table! {
    feeds (id) {
        id -> BigInt,
        newsletter_id -> BigInt,
        url -> Text,
        language -> Text,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        due_at -> BigInt,
        read_at -> Nullable<BigInt>,
        failures -> BigInt,
        problem -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    feed_entries (newsletter_id, entry_key) {
        newsletter_id -> BigInt,
        entry_key -> Binary,
        news_item_id -> Nullable<BigInt>,
        written -> Binary,
        source -> Text,
    }
}

diesel::joinable!(subscriptions -> subscribers (subscriber_id));
diesel::joinable!(subscriptions -> newsletters (newsletter_id));
diesel::joinable!(opt_ins -> subscribers (subscriber_id));
diesel::joinable!(opt_in_newsletters -> opt_ins (opt_in_id));
diesel::joinable!(opt_in_newsletters -> newsletters (newsletter_id));
diesel::joinable!(consent_details -> consent_records (consent_record_id));
diesel::joinable!(issues -> newsletters (newsletter_id));
diesel::joinable!(editions -> issues (issue_id));
diesel::joinable!(deliveries -> issues (issue_id));
diesel::joinable!(deliveries -> editions (edition_id));
diesel::joinable!(deliveries -> subscribers (subscriber_id));
diesel::joinable!(deliveries -> subscriptions (subscription_id));
diesel::joinable!(deliveries -> opt_ins (opt_in_id));
diesel::joinable!(deliveries -> newsletters (newsletter_id));
diesel::joinable!(imports -> newsletters (newsletter_id));

diesel::allow_tables_to_appear_in_same_query! {
    instance, newsletters, newsletter_texts, wordings, subscribers, subscriptions, opt_ins, opt_in_newsletters,
    consent_records, consent_details, suppressions, images, issues, news_items, news_item_texts, editions, files,
    funding_blocks, funding_texts, issue_words, check_overrides, nodes,
    relays, paces, throttles, deliveries, staff, sign_in_failures, staff_invitations, staff_sessions, limits,
    spent_challenges, duties, imports, published_items, feeds, feed_entries,
}
