//! `rundbrief staff add|list`.

use clap::Subcommand;

use super::CliError;
use crate::app::App;
use crate::domain::address::Address;
use crate::domain::states::Role;
use crate::journeys::staff;
use crate::store;

#[derive(Subcommand)]
pub(super) enum Staff {
    /// Add somebody, or change their role; prints a one-time link, valid 72 h
    Add {
        address: String,
        /// author, editor, admin, privacy or viewer
        #[arg(long)]
        role: String,
    },
    /// List everybody
    List,
}

impl Staff {
    pub fn run(self, app: &App) -> Result<(), CliError> {
        match self {
            Staff::Add { address, role } => {
                let address = Address::parse(&address).map_err(|error| CliError::Usage(error.to_string()))?;
                let role = Role::parse(&role).ok_or_else(|| {
                    CliError::Usage(format!("\"{role}\" is no role: use author, editor, admin, privacy or viewer"))
                })?;
                let now = app.clock.now();
                let token = app.store.write_blocking(move |conn| staff::invite(conn, now, &address, role))?;
                say!("{}/staff/invitation/{token}", app.settings.public_url);
            }
            Staff::List => {
                for member in app.store.read_blocking(store::staff::list)? {
                    let state = if member.disabled_at.is_some() {
                        "disabled"
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
