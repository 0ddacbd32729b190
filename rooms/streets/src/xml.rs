//! Attributes of SUMO's files.

use quick_xml::{XmlVersion, events::BytesStart};

/// The value of an attribute, if the element has it.
pub(crate) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let attribute = element.try_get_attribute(name).map_err(|fault| fault.to_string())?;
    attribute.map(|value| value.normalized_value(XmlVersion::Implicit1_0).map(Into::into).map_err(|fault| fault.to_string())).transpose()
}

/// The value of an attribute; empty where there is none.
pub(crate) fn text(element: &BytesStart<'_>, name: &str) -> Result<String, String> {
    Ok(attribute(element, name)?.unwrap_or_default())
}

/// A finite number, if the element has the attribute.
pub(crate) fn number(element: &BytesStart<'_>, name: &str) -> Result<Option<f64>, String> {
    let Some(text) = attribute(element, name)? else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Some(number)),
        _ => Err(format!("{name}=\"{text}\" is no number")),
    }
}
