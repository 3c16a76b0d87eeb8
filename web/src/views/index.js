// The views, in the order of the navigation. A view is one module; it exports
//   { id, nav, when?(model), count?(model), under?, render(model, root, route) → function that runs on leaving, or nothing }
// `nav` is its name in the navigation ('' for a view that others link to), `when` tells whether there is anything to
// show, `under` the view whose entry is marked while this one is shown.

import connections from './connections.js';
import duties from './duties.js';
import nist from './nist.js';
import overview from './overview.js';
import print from './print.js';
import resource from './resource.js';
import resources from './resources.js';
import skipped from './skipped.js';

export const views = [overview, duties, resources, connections, nist, skipped, resource, print];
