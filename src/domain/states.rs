//! The states of everything that has states, under the names used in tables, pages and logs.

/// An enum whose variants are words in the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The variant a word stands for, if any.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use words;

words! {
    /// subscriber × newsletter.
    SubscriptionState { Pending = "pending", Active = "active", Ended = "ended" }
}

words! {
    /// Why nothing is sent by itself until a person says so.
    Fence {
        /// The database is older than what a node remembers of it.
        Restored = "restored",
        /// No node remembers it.
        Unremembered = "unremembered",
    }
}

words! {
    ItemState { Draft = "draft", Ready = "ready", Used = "used" }
}

words! {
    IssueState {
        Draft = "draft",
        Scheduled = "scheduled",
        /// Frozen; its delivery rows are being written.
        Preparing = "preparing",
        Sending = "sending",
        Paused = "paused",
        Sent = "sent",
        /// Needs a person.
        Held = "held",
        Cancelled = "cancelled",
    }
}

words! {
    /// `queued → claimed → transmitting →` a terminal state, or `queued` again.
    DeliveryState {
        Queued = "queued",
        Claimed = "claimed",
        Transmitting = "transmitting",
        Sent = "sent",
        Bounced = "bounced",
        Failed = "failed",
        /// The relay may have taken it; staff decide.
        Unknown = "unknown",
        Skipped = "skipped",
    }
}

words! {
    DeliveryKind { Confirmation = "confirmation", Issue = "issue", Test = "test", Notice = "notice" }
}

words! {
    /// How somebody left (R179).
    Channel { OneClick = "one-click", Page = "page", Staff = "staff", Bounce = "bounce" }
}

words! {
    SuppressionReason { HardBounce = "hard-bounce", Complaint = "complaint", Objection = "objection", Unsubscribed = "unsubscribed" }
}

words! {
    /// What a consent record records.
    ConsentAct {
        Requested = "requested",
        Confirmed = "confirmed",
        /// Brought along from elsewhere, with a word on how they agreed (R168).
        Imported = "imported",
        LanguageChanged = "language-changed",
        AddressChanged = "address-changed",
        Withdrawn = "withdrawn",
        /// A refusal by the mailbox no longer keeps the address from being mailed: staff have lifted it.
        Lifted = "lifted",
        /// What such a refusal had ended goes on; nobody had withdrawn.
        Restored = "restored",
        /// The details of other records are gone because the person wanted it so.
        Erased = "erased",
        /// They are gone because their time was over.
        Expired = "expired",
    }
}

words! {
    Role { Author = "author", Editor = "editor", Admin = "admin", Privacy = "privacy", Viewer = "viewer" }
}

impl Role {
    /// Who may say what comes into an issue.
    pub fn may_write(self) -> bool {
        matches!(self, Role::Author | Role::Editor | Role::Admin)
    }

    /// Who may publish an issue.
    pub fn may_publish(self) -> bool {
        matches!(self, Role::Editor | Role::Admin)
    }
}
