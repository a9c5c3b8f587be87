// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice A record as it is stored, in three slots. The third is read only where there was a pause.
/// @param council the number under which its council was created: {CouncilStore}
/// @param pausedFrom when the last pause began
/// @param pausedFor how long it was to last, or lasted, in seconds
/// @param pausedBefore seconds of all pauses before the last one
struct Entry {
    bytes20 commit;
    uint32 version;
    uint32 council;
    uint8 flags;
    uint24 pauseNumber;
    bytes32 contractHash;
    uint40 pausedFrom;
    uint24 pausedFor;
    uint32 pausedBefore;
}

/// @title What an upgrade writes: two slots, since the commit of the link travels with the version
library EntryStore {
    /// @dev The first slot in one write. Member by member, each would be read and written by itself.
    function setFirst(
        Entry storage entry,
        bytes20 commit,
        uint32 version,
        uint32 council,
        uint8 flags,
        uint24 pauseNumber
    ) internal {
        uint256 first = uint256(uint160(commit)) | (uint256(version) << 160) | (uint256(council) << 192)
            | (uint256(flags) << 224) | (uint256(pauseNumber) << 232);
        assembly ("memory-safe") {
            sstore(entry.slot, first)
        }
    }
}
