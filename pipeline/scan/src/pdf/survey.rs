//! What is drawn on a page: every image, glyph and path with its place, in the order they are
//! drawn, nothing decoded. Who sees it decides about the page; what covers what is settled here.

use crate::embedded::EmbeddedGlyph;
use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::object::Stream;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};
use hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask,
};

/// Opacity below which nothing is seen.
const UNSEEN: f32 = 0.05;
/// Brightness, 0 to 1, from which paint cannot be told from paper.
const PAPER: f32 = 0.93;
/// Glyph space has this many units in an em once the interpreter has scaled it.
const EM: f64 = 1000.0;
/// Height of capitals and depth of descenders in a usual face, in ems, for glyphs without outline.
const USUAL_ASCENT: f64 = 0.70;
const USUAL_DESCENT: f64 = 0.02;
/// Most glyphs, images and paths of a page that are noted; what comes after is not text to read.
const MOST_GLYPHS: usize = 200_000;
const MOST_PATHS: usize = 200_000;

/// An image as placed on the page.
#[derive(Clone, Debug)]
pub(super) struct PlacedImage {
    /// Its pixels to points of the page.
    pub(super) matrix: Affine,
    /// Columns and rows.
    pub(super) size: (u32, u32),
    /// What of it can be seen: cut by clips and by the page.
    pub(super) seen: Rect,
    /// All of it.
    pub(super) whole: Rect,
    /// It covers what is under it.
    pub(super) opaque: bool,
    /// It is drawn as it is: no opacity, blending or mask around it.
    pub(super) plain: bool,
    order: u32,
}

/// A filled or stroked path.
#[derive(Clone, Debug)]
pub(super) struct PlacedPath {
    pub(super) bounds: Rect,
    /// Filled, with paint as bright as paper.
    pub(super) is_white: bool,
    /// Filled and covers what is under it.
    pub(super) opaque: bool,
    /// Curves in it: letters turned to outlines have many.
    pub(super) curves: usize,
    order: u32,
}

/// The page's content, gathered.
pub(super) struct Survey {
    pub(super) page: Rect,
    pub(super) images: Vec<PlacedImage>,
    pub(super) paths: Vec<PlacedPath>,
    pub(super) glyphs: Vec<EmbeddedGlyph>,
    on_white: Vec<bool>,
    clips: Vec<Rect>,
    groups: Vec<Group>,
    order: u32,
}

#[derive(Clone, Copy)]
struct Group {
    opacity: f32,
    plain: bool,
}

impl Survey {
    pub(super) const fn new(page: Rect) -> Self {
        Self {
            page,
            images: Vec::new(),
            paths: Vec::new(),
            glyphs: Vec::new(),
            on_white: Vec::new(),
            clips: Vec::new(),
            groups: Vec::new(),
            order: 0,
        }
    }

    /// Settles which glyphs can be seen: not those under something drawn later, and paper-white
    /// ones only where something darker lies under them.
    pub(super) fn finish(mut self) -> Self {
        let covers: Vec<(u32, Rect, bool)> = (self.images.iter())
            .filter(|image| image.opaque)
            .map(|image| (image.order, image.seen, true))
            .chain(
                (self.paths.iter())
                    .filter(|p| p.opaque)
                    .map(|p| (p.order, p.bounds, !p.is_white)),
            )
            .collect();
        for (n, glyph) in self
            .glyphs
            .iter_mut()
            .enumerate()
            .filter(|(_, glyph)| glyph.visible)
        {
            let (order, centre) = (glyph.run, glyph.ink.center());
            let covered = covers
                .iter()
                .any(|(later, rect, _)| *later > order && rect.contains(centre));
            let dark_under = || {
                covers
                    .iter()
                    .any(|(earlier, rect, dark)| *earlier < order && *dark && rect.contains(centre))
            };
            glyph.visible = !covered && (!self.on_white[n] || dark_under());
        }
        self
    }

    fn clip(&self) -> Rect {
        self.clips.last().copied().unwrap_or(self.page)
    }

    fn opacity(&self) -> f32 {
        self.groups.iter().map(|group| group.opacity).product()
    }

    const fn next(&mut self) -> u32 {
        self.order += 1;
        self.order
    }
}

/// Brightness, 0 to 1, and opacity of paint; a pattern counts as black.
fn tone(paint: &Paint<'_>) -> (f32, f32) {
    match paint {
        Paint::Color(color) => {
            let [r, g, b, a] = color.to_rgba().components();
            (0.299 * r + 0.587 * g + 0.114 * b, a)
        }
        Paint::Pattern(_) => (0.0, 1.0),
    }
}

impl<'a> Device<'a> for Survey {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let order = self.next();
        let (brightness, alpha) = tone(&props.paint);
        if alpha * self.opacity() < UNSEEN || self.paths.len() >= MOST_PATHS {
            return;
        }
        let fills = matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..));
        let mut bounds = props.transform.transform_rect_bbox(path.bounding_box());
        if let DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) = mode {
            let half =
                f64::from(stroke.line_width) * props.transform.determinant().abs().sqrt() / 2.0;
            bounds = bounds.inflate(half, half);
        }
        let bounds = bounds.intersect(self.clip());
        if !(bounds.width() > 0.0 && bounds.height() > 0.0) {
            return;
        }
        let is_curve =
            |element: &PathEl| matches!(element, PathEl::CurveTo(..) | PathEl::QuadTo(..));
        let is_box = path.elements().len() <= 6 && !path.iter().any(|e| is_curve(&e));
        self.paths.push(PlacedPath {
            bounds,
            is_white: fills && brightness > PAPER,
            opaque: fills
                && is_box
                && alpha * self.opacity() > 0.95
                && props.soft_mask.is_none()
                && props.blend_mode == BlendMode::Normal,
            curves: if fills {
                path.iter().filter(is_curve).count()
            } else {
                0
            },
            order,
        });
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.push_clip_rect(&clip.path.bounding_box());
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        let clip = self.clip().intersect(*rect);
        self.clips.push(clip);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend: BlendMode,
    ) {
        self.groups.push(Group {
            opacity,
            plain: opacity > 0.99 && mask.is_none() && blend == BlendMode::Normal,
        });
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let order = self.next();
        let (brightness, alpha) = tone(&props.paint);
        let painted = !matches!(mode, DrawMode::Invisible) && alpha * self.opacity() >= UNSEEN;
        let (page, clip) = (self.page, self.clip());
        for glyph in run.glyphs() {
            let matrix = props.transform * glyph.transform();
            let Some(mut placed) = place(glyph, matrix) else {
                continue;
            };
            let centre = placed.ink.center();
            if !page.contains(centre) || self.glyphs.len() >= MOST_GLYPHS {
                continue;
            }
            placed.visible = painted && clip.contains(centre);
            placed.run = order;
            self.glyphs.push(placed);
            self.on_white.push(brightness > PAPER);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let order = self.next();
        let size = (image.width(), image.height());
        let has_mask = |stream: &Stream<'_>| {
            ["SMask", "Mask", "SMaskInData"]
                .iter()
                .any(|key| stream.dict().contains_key(key))
        };
        let (opaque, seen_at_all) = match &image {
            Image::Stencil(_) => (false, true),
            Image::Raster(raster) => (!has_mask(raster.stream()), true),
        };
        let whole =
            props
                .transform
                .transform_rect_bbox(Rect::new(0.0, 0.0, size.0.into(), size.1.into()));
        let seen = whole.intersect(self.clip()).intersect(self.page);
        let opacity = self.opacity();
        let is_seen = seen.width() > 0.0 && seen.height() > 0.0 && opacity >= UNSEEN && seen_at_all;
        let plain = self.groups.iter().all(|group| group.plain)
            && props.soft_mask.is_none()
            && props.blend_mode == BlendMode::Normal;
        self.images.push(PlacedImage {
            matrix: props.transform,
            size,
            seen: if is_seen { seen } else { Rect::ZERO },
            whole,
            opaque: opaque && plain,
            plain,
            order,
        });
    }
}

/// A glyph with its place on the page; none where its matrix is degenerate.
fn place(glyph: &Glyph<'_>, matrix: Affine) -> Option<EmbeddedGlyph> {
    let text = match glyph.as_unicode() {
        Some(BfString::Char(c)) => Some(c.to_string()),
        Some(BfString::String(s)) => Some(s),
        None => None,
    };
    let (advance, outline) = match glyph {
        Glyph::Outline(outline) => {
            let bounds = outline.outline().bounding_box();
            (
                outline.advance_width(),
                (bounds.area() > 0.0).then_some(bounds),
            )
        }
        Glyph::Type3(type3) => (type3.advance_width(), None),
    };
    let advance = f64::from(advance.unwrap_or(500.0));
    let ink =
        outline.unwrap_or_else(|| Rect::new(0.0, -USUAL_DESCENT * EM, advance, USUAL_ASCENT * EM));
    let ink = matrix.transform_rect_bbox(ink);
    let origin = matrix * Point::ORIGIN;
    let end = matrix * Point::new(advance, 0.0);
    let up = matrix * Point::new(0.0, EM) - origin;
    let values = [
        origin.x, origin.y, end.x, end.y, up.x, up.y, ink.x0, ink.y0, ink.x1, ink.y1,
    ];
    let sound = values.iter().all(|v| v.is_finite()) && up.hypot() > 0.01;
    sound.then_some(EmbeddedGlyph {
        text,
        ink,
        origin,
        end,
        up,
        visible: true,
        run: 0,
    })
}
