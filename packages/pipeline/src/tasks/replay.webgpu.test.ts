import { testReplays } from "../__fixtures__/replays.ts";

testReplays();
