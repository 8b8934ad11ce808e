/** Ten ids a line, from 0; nothing where the id stands for nothing. */
const names = `
, person, bicycle, car, motorcycle, airplane, bus, train, truck, boat
traffic light, fire hydrant, , stop sign, parking meter, bench, bird, cat, dog, horse
sheep, cow, elephant, bear, zebra, giraffe, , backpack, umbrella, 
, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat
baseball glove, skateboard, surfboard, tennis racket, bottle, , wine glass, cup, fork, knife
spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza
donut, cake, chair, couch, potted plant, bed, , dining table, , 
toilet, , tv, laptop, mouse, remote, keyboard, cell phone, microwave, oven
toaster, sink, refrigerator, , book, clock, vase, scissors, teddy bear, hair drier
toothbrush
`;

/** COCO's classes by their ids, 0 to 90, as DETR's outputs have them; `N/A` for those of no class, as the authors have it. */
export const coco91: readonly string[] = names
  .trim()
  .split(/[,\n]/)
  .map((name) => name.trim() || "N/A");

/** The same without gaps: COCO's 80 classes in the order of their ids. */
export const coco80: readonly string[] = coco91.filter((name) => name !== "N/A");
