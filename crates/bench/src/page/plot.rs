//! One plot: a figure against the number of watches, with a curve for each way to watch.

use std::collections::BTreeMap;
use std::io;

use plotters::prelude::*;

use crate::figure::Figure;

const SIZE: (u32, u32) = (720, 360);

/// The curves, with their colours.
const CURVES: [(&str, RGBColor); 3] = [
    ("anydeploy", RGBColor(20, 100, 200)),
    ("polling each", RGBColor(200, 60, 40)),
    ("ideal", RGBColor(110, 110, 110)),
];

/// The plot of a figure on a platform, as SVG; nothing if no point belongs to it.
pub(super) fn svg(points: &[&Figure], platform: &str, figure: &str) -> io::Result<Option<String>> {
    let mut curves: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    let mut label = String::new();
    for point in points.iter().filter(|point| point.platform.as_deref() == Some(platform) && point.name == figure) {
        if let (Some(curve), Some(watches)) = (point.curve.as_deref(), point.watches) {
            // The axis is logarithmic, and has no nothing.
            curves.entry(curve).or_default().push((watches as f64, point.value.max(LEAST)));
            label = point.label();
        }
    }
    if curves.is_empty() {
        return Ok(None);
    }
    let mut svg = String::new();
    draw(&mut svg, &curves, &format!("{platform}: {label}")).map_err(io::Error::other)?;
    Ok(Some(svg + "\n"))
}

/// The least value that is shown.
const LEAST: f64 = 0.1;

/// How many numbers stand at an axis at most.
const LABELS: usize = 6;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn draw(svg: &mut String, curves: &BTreeMap<&str, Vec<(f64, f64)>>, title: &str) -> Result<(), Failure> {
    let all = || curves.values().flatten();
    let bounds = |of: fn(&(f64, f64)) -> f64| {
        all().map(of).fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)))
    };
    let ((left, right), (low, high)) = (bounds(|point| point.0), bounds(|point| point.1));
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d((left..right * 1.1).log_scale(), (low * 0.7..high * 1.5).log_scale())?;
    let label = |value: &f64| if *value < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") };
    chart
        .configure_mesh()
        .x_desc("watches")
        .x_labels(LABELS)
        .y_labels(LABELS)
        .x_label_formatter(&label)
        .y_label_formatter(&label)
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .label_style(("sans-serif", 13))
        .draw()?;
    for (curve, colour) in CURVES {
        let Some(points) = curves.get(curve) else { continue };
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3);
        let legend = move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2));
        chart.draw_series(line)?.label(curve).legend(legend);
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(RGBColor(200, 200, 200))
        .label_font(("sans-serif", 13))
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_has_a_line_and_a_label_for_each_curve_and_is_the_same_every_time() {
        let point =
            |curve: &str, watches, value| Figure::new("watch", "lag", "s", value).on("coolify").at(curve, watches);
        let points = [point("anydeploy", 10, 1.0), point("anydeploy", 1000, 2.0), point("ideal", 10, 0.0)];
        let points: Vec<&Figure> = points.iter().collect();
        let svg = svg(&points, "coolify", "lag").unwrap().unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("coolify: lag, s"), "{svg}");
        assert!(svg.contains("anydeploy") && svg.contains("ideal") && !svg.contains("polling each"), "{svg}");
        assert_eq!(super::svg(&points, "coolify", "lag").unwrap(), Some(svg));
        assert_eq!(super::svg(&points, "qovery", "lag").unwrap(), None);
    }
}
