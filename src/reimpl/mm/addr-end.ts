export { addrEnd, wrapAddress } from '../../mm/index.js'
