//! Nothing lost, nothing let in, nothing half: the real program on files, folders and disks that are not as they should be.

mod accounts;
mod outputs;
mod personal;
#[cfg(unix)]
mod strange;
