use crate::idl::{NewUser, Operands, calculator_v1, calculator_v2, users_v1};
use oncrpc::{Client, Result};
use std::fmt::{Debug, Display};

/// Calls every procedure and shows what comes back, then what goes wrong when something does.
pub(crate) fn run(address: &str) -> Result<()> {
    println!("Calling {address}\n");
    arithmetic(address)?;
    users(address)?;
    errors(address)
}

fn arithmetic(address: &str) -> Result<()> {
    println!("CALCULATOR, version 1 and 2");
    let calculator = calculator_v1::Client::connect(address)?;
    show("add(2, 3)", calculator.add(&operands(2, 3))?);
    show("subtract(2, 3)", calculator.subtract(&operands(2, 3))?);
    show("multiply(-4, 2147483647)", calculator.multiply(&operands(-4, i32::MAX))?);

    // A union whose first arm is success reads as a `Result`.
    match calculator.divide(&operands(17, 5))?.into_result() {
        Ok(quotient) => show("divide(17, 5)", format_args!("{} rest {}", quotient.value, quotient.remainder)),
        Err(failure) => show("divide(17, 5)", format_args!("refused: {failure:?}")),
    }
    match calculator.factorial(20)?.into_result() {
        Ok(product) => show("factorial(20)", product),
        Err(failure) => show("factorial(20)", format_args!("refused: {failure:?}")),
    }
    show("hello(\"Ada\")", calculator.hello("Ada")?);
    let now = calculator.get_time()?;
    show("get_time()", format_args!("{}.{:09} s since 1970", now.seconds, now.nanoseconds));

    let newer = calculator_v2::Client::connect(address)?;
    show_debug("power(2, 40), version 2", newer.power(&operands(2, 40))?.into_result());

    // Several calls can be under way on one connection; replies find their callers in any order.
    let products = (1..=5).map(|number| calculator.start_multiply(&operands(number, number)));
    let products = products.collect::<Result<Vec<_>>>()?;
    let squares = products.into_iter().map(oncrpc::Pending::wait).collect::<Result<Vec<_>>>()?;
    show_debug("five calls in flight", squares);
    Ok(())
}

fn users(address: &str) -> Result<()> {
    println!("\nUSERS");
    let users = users_v1::Client::connect(address)?;
    let ada = NewUser { name: "Ada".into(), email: "ada@example.org".into() };
    let grace = NewUser { name: "Grace".into(), email: "grace@example.org".into() };
    show_debug("create(Ada)", users.create(&ada)?.into_result());
    show_debug("create(Grace)", users.create(&grace)?.into_result());
    show_debug("create(Ada) again", users.create(&ada)?.into_result());
    show_debug("get(1)", users.get(1)?);
    show_debug("get(99)", users.get(99)?);
    for node in users.list()? {
        show("list()", format_args!("{} {} <{}>", node.entry.id, node.entry.name, node.entry.email));
    }
    show_debug("delete(1)", users.delete(1)?);
    show_debug("delete(1) again", users.delete(1)?);
    show_debug("delete(2)", users.delete(2)?);
    Ok(())
}

/// Every error says who erred.
fn errors(address: &str) -> Result<()> {
    println!("\nWhat can go wrong");
    let calculator = calculator_v1::Client::connect(address)?;
    show_debug("divide(1, 0)", calculator.divide(&operands(1, 0))?.into_result());
    show_debug("factorial(21)", calculator.factorial(21)?.into_result());
    show_error("a procedure that does not exist", calculator.inner().call::<i32>(99, |_| Ok(())));
    let wrong_version = Client::connect(address, calculator_v1::PROGRAM, 9)?;
    show_error("a wrong version", wrong_version.null());
    let wrong_program = Client::connect(address, 0x2000_0c49, 1)?;
    show_error("a program that is not served", wrong_program.null());
    show_error("a server that is not there", calculator_v1::Client::connect("tcp://127.0.0.1:1"));
    Ok(())
}

fn operands(left: i32, right: i32) -> Operands {
    Operands { left, right }
}

fn show(what: &str, value: impl Display) {
    println!("  {what:<32} {value}");
}

fn show_debug(what: &str, value: impl Debug) {
    show(what, format_args!("{value:?}"));
}

fn show_error<T>(what: &str, outcome: Result<T>) {
    match outcome {
        Ok(_) => show(what, "worked, which it should not"),
        Err(error) => show(what, format_args!("error: {error}")),
    }
}
