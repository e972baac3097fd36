/** Not built yet. */
export { NotFound as default } from "../../ui/NotFound";
