"""The worker of the Ray bridge: runs functions that are named by CID on lots, as Arrow batches over Flight.

Modules, in the order in which a function gets here:

``content``  CIDs and blocks: whatever is read is hashed and compared
``cbor``     the strict dag-cbor of documents
``car``      archives of blocks
``unixfs``   folders and files as blocks
``cache``    blocks on disk
``bundle``   a function by its CID: checked, written out, imported
``batch``    Arrow to numpy and back
``capture``  what a function prints and logs
``watchdog`` what must end, or the process does
``stage``    calls on one stream, with their failures as data
``worker``   the Flight server, alone or in a Ray actor
"""
