//! Runs that are dropped and resumed, and checkpoints that are refused.

use super::*;
