// What only Teach asks for, in one file, so that the worker fetches it once and others never.
export { read } from "./teach/read.ts";
export { teach } from "./teach/teach.ts";
export { tryLesson } from "./teach/try-lesson.ts";
export { writeLesson } from "./teach/write-lesson.ts";
