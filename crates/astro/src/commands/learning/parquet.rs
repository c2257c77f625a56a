//! Tables as Parquet: written column by column, read row by row.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use astro_models::table::{Cell, Kind, Table};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::Field;
use parquet::schema::types::{Type, TypePtr};

/// Rows that are held as columns at once.
const GROUP: usize = 50_000;

pub fn write(table: Table<'_>, path: &Path) -> anyhow::Result<()> {
    let mut rows = table.rows.peekable();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer =
        SerializedFileWriter::new(File::create(path)?, schema(&table.columns)?, properties)?;
    while rows.peek().is_some() {
        let group: Vec<Vec<Cell>> = rows.by_ref().take(GROUP).collect();
        let mut to = writer.next_row_group()?;
        for (place, (_, kind)) in table.columns.iter().enumerate() {
            let mut column = to
                .next_column()?
                .context("a column for each in the schema")?;
            write_column(&mut column, *kind, group.iter().map(|row| &row[place]))?;
            column.close()?;
        }
        to.close()?;
    }
    writer.close()?;
    Ok(())
}

fn schema(columns: &[(&str, Kind)]) -> anyhow::Result<TypePtr> {
    let fields = columns.iter().map(|(name, kind)| {
        let physical = match kind {
            Kind::Text => Physical::BYTE_ARRAY,
            Kind::Whole => Physical::INT64,
            Kind::Number => Physical::DOUBLE,
            Kind::Single => Physical::FLOAT,
        };
        let text = (*kind == Kind::Text).then_some(LogicalType::String);
        let field = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(text)
            .build()?;
        Ok(Arc::new(field))
    });
    let fields = fields.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Arc::new(
        Type::group_type_builder("rows")
            .with_fields(fields)
            .build()?,
    ))
}

fn write_column<'a>(
    column: &mut SerializedColumnWriter<'_>,
    kind: Kind,
    cells: impl Iterator<Item = &'a Cell>,
) -> anyhow::Result<()> {
    match kind {
        Kind::Text => put::<ByteArrayType>(column, cells, |cell| match cell {
            Cell::Text(text) => Some(ByteArray::from(text.as_str())),
            _ => None,
        }),
        Kind::Whole => put::<Int64Type>(column, cells, |cell| match cell {
            Cell::Whole(number) => Some(*number),
            _ => None,
        }),
        Kind::Number => put::<DoubleType>(column, cells, |cell| match cell {
            Cell::Number(number) => Some(*number),
            _ => None,
        }),
        Kind::Single => put::<FloatType>(column, cells, |cell| match cell {
            Cell::Single(number) => Some(*number),
            _ => None,
        }),
    }
}

/// Values, and for each row whether there is one.
fn put<'a, T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = &'a Cell>,
    value: impl Fn(&Cell) -> Option<T::T>,
) -> anyhow::Result<()> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        let value = value(cell);
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    Ok(())
}

/// The numbers of the named columns, row by row.
pub fn read(path: &Path, names: &[&str]) -> anyhow::Result<Vec<Vec<f32>>> {
    let reader = SerializedFileReader::new(File::open(path)?)?;
    let mut rows = Vec::new();
    for (number, row) in reader.get_row_iter(None)?.enumerate() {
        let row = row?;
        let by_name: std::collections::HashMap<&str, &Field> = row
            .get_column_iter()
            .map(|(name, field)| (name.as_str(), field))
            .collect();
        let value = |name: &&str| {
            let field = by_name
                .get(name)
                .with_context(|| format!("there is no column `{name}`"))?;
            super::rows::single(field.as_number())
                .with_context(|| format!("row {}: `{name}` is no finite number", number + 1))
        };
        rows.push(names.iter().map(value).collect::<anyhow::Result<_>>()?);
    }
    Ok(rows)
}

trait AsNumber {
    fn as_number(&self) -> Option<f64>;
}

impl AsNumber for Field {
    fn as_number(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(f64::from(*number)),
            Self::Double(number) => Some(*number),
            Self::Int(number) => Some(f64::from(*number)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "features are of single precision anyway"
            )]
            Self::Long(number) => Some(*number as f64),
            _ => None,
        }
    }
}
