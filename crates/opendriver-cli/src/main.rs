//! The program `opendriver`.
fn main() { println!("{:?}", std::env::current_exe()); }
