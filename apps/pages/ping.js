'use strict';
/// A ping has nothing to say of the way.
function more() { return []; }
