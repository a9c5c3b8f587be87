import { describeTreeProperties } from "../helpers/tree-properties.ts";
import { effort } from "./settings.ts";

describeTreeProperties({ runs: effort.trees, seed: effort.seed });
