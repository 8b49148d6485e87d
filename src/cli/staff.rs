//! `rundbrief staff add|role|reset|close|list`.

use clap::Subcommand;

use super::CliError;
use crate::app::App;
use crate::domain::address::Address;
use crate::domain::states::Role;
use crate::journeys::staff::{self, Invited, Kept};
use crate::store;

#[derive(Subcommand)]
pub(super) enum Staff {
    /// Add somebody; prints a one-time link, valid 72 h. Of somebody who signs in already only the role changes
    Add {
        address: String,
        /// author, editor, admin, privacy or viewer
        #[arg(long)]
        role: String,
    },
    /// Change what somebody may do; it counts at once, and they stay signed in
    Role {
        address: String,
        /// author, editor, admin, privacy or viewer
        role: String,
    },
    /// End somebody's sessions and password; prints a new one-time link, valid 72 h
    Reset { address: String },
    /// Let somebody sign in no more, and end their sessions; "staff add" takes them in again
    Close { address: String },
    /// List everybody
    List,
}

impl Staff {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        let now = app.clock.now();
        match self {
            Staff::Add { address, role } => {
                let (address, role) = (parsed(&address)?, role_of(&role)?);
                app.context.carries(&address).map_err(|error| CliError::Usage(error.to_string()))?;
                let shown = address.as_typed().to_owned();
                match app.store.write_blocking(move |conn| staff::add(conn, now, &address, role))? {
                    Invited::Link(token) => say!("{}", link(app, &token)),
                    Invited::SignsIn => {
                        say!("{shown} signs in already and is {role} now; \"rundbrief staff reset {shown}\" prints a new link");
                    }
                    Invited::Not(kept) => return Err(refused(&shown, kept)),
                }
            }
            Staff::Role { address, role } => {
                let (address, role) = (parsed(&address)?, role_of(&role)?);
                let shown = address.as_typed().to_owned();
                kept(&shown, app.store.write_blocking(move |conn| staff::set_role(conn, &address, role))?)?;
                say!("{shown} is {role} now");
            }
            Staff::Reset { address } => {
                let address = parsed(&address)?;
                let shown = address.as_typed().to_owned();
                match app.store.write_blocking(move |conn| staff::reset(conn, now, &address))? {
                    Ok(token) => say!("{}", link(app, &token)),
                    Err(why) => return Err(refused(&shown, why)),
                }
            }
            Staff::Close { address } => {
                let address = parsed(&address)?;
                let shown = address.as_typed().to_owned();
                kept(&shown, app.store.write_blocking(move |conn| staff::close(conn, now, &address))?)?;
                say!("{shown} can sign in no more; sessions and links are ended");
            }
            Staff::List => {
                for member in app.store.read_blocking(store::staff::list)? {
                    let state = if member.disabled_at.is_some() {
                        "closed"
                    } else if member.password_hash.is_some() {
                        "active"
                    } else {
                        "invited"
                    };
                    say!("{}\t{}\t{state}", member.address, member.role);
                }
            }
        }
        Ok(())
    }
}

fn parsed(address: &str) -> Result<Address, CliError> {
    Address::parse(address).map_err(|error| CliError::Usage(error.to_string()))
}

fn role_of(role: &str) -> Result<Role, CliError> {
    let unknown = || CliError::Usage(format!("\"{role}\" is no role: use author, editor, admin, privacy or viewer"));
    Role::parse(role).ok_or_else(unknown)
}

fn link(app: &App, token: &str) -> String {
    format!("{}/staff/invitation/{token}", app.settings.public_url)
}

fn kept(shown: &str, answer: Result<(), Kept>) -> Result<(), CliError> {
    answer.map_err(|why| refused(shown, why))
}

fn refused(shown: &str, why: Kept) -> CliError {
    CliError::Failed(match why {
        Kept::Unknown => format!("{shown} is not among the staff; \"rundbrief staff list\" shows who is"),
        Kept::Closed => format!("{shown} is closed; \"rundbrief staff add {shown} --role …\" takes them in again"),
        Kept::LastAdmin => {
            format!(
                "{shown} is the last admin who signs in; make somebody else admin first: \"rundbrief staff role ADDRESS admin\""
            )
        }
    })
}
