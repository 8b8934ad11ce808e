/** What each part counts. */
export interface Parts {
  class: number;
  /** Distance of the boxes' four numbers. */
  boxes: number;
  giou: number;
}

/** How queries are matched with objects, and what is made of it. */
export interface Criterion {
  /**
   * `softmax`: one class a query, the last of which is "no object"; `focal`: a yes or no for each class, with focal loss (Lin et
   * al. 2017, α 0.25, γ 2).
   */
  classification: "softmax" | "focal";
  /** Which numbers of boxes the distance is of: centre, width and height, or the corners; both as shares. @default "centres" */
  distance?: "centres" | "corners";
  /** Of the match. */
  costs: Parts;
  /** Of the losses. */
  weights: Parts;
  /** What a query without an object counts in softmax's mean. */
  noObjectWeight: number;
}

/** DETR's: Carion et al. 2020, appendix A.4. */
export const detrCriterion: Criterion = {
  classification: "softmax",
  costs: { class: 1, boxes: 5, giou: 2 },
  weights: { class: 1, boxes: 5, giou: 2 },
  noObjectWeight: 0.1,
};

/** Deformable DETR's: Zhu et al. 2021, appendix A.2. */
export const focalCriterion: Criterion = {
  classification: "focal",
  costs: { class: 2, boxes: 5, giou: 2 },
  weights: { class: 2, boxes: 5, giou: 2 },
  noObjectWeight: 1,
};

/** Sparse R-CNN's: Sun et al. 2021, section 3.2. */
export const focalCornersCriterion: Criterion = { ...focalCriterion, distance: "corners" };

/** Of focal loss. */
export const ALPHA = 0.25;
