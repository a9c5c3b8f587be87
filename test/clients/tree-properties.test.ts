import { describeTreeProperties } from "../helpers/tree-properties.ts";

// Many more of them, and from other seeds: test/deep/tree-properties.test.ts.
describeTreeProperties({ runs: 20, seed: 1 });
