//! What staff see: signing in, the desk, publishing, and how an issue goes out. Every POST comes from our own pages
//! (`origin::only_from_here`), every page but the sign-in knows who asks.

pub mod desk;
pub mod embed;
mod findings;
pub mod invitation;
pub mod issue;
pub mod item;
pub mod plan;
pub mod preview;
pub mod publish;
pub mod question;
mod said;
pub mod session;
pub mod sessions;
pub mod sign_in;

use said::{Said, go_to, said};

use crate::journeys::staff::StaffMember;
use crate::web::pages::StaffBar;

fn bar(member: &StaffMember) -> StaffBar {
    StaffBar {
        address: member.address.clone(),
        may_write: member.role.may_write(),
        may_publish: member.role.may_publish(),
        on_desk: false,
        on_sessions: false,
    }
}
