//! What real servers, official clients and users showed about Qovery, each as a rule.

mod cancelling;
mod checks;
mod glue;
mod ids;
mod options;
mod reads;
mod reasons;
mod recovery;
mod revisions;
mod unnamed;
