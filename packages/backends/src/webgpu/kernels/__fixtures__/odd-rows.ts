/** Numbers of rows about the sizes of tiles and workgroups, and the tokens of a ViT. */
export const oddRows = [1, 3, 15, 16, 17, 31, 33, 197];
