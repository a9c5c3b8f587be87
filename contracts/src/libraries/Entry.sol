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

/// @title The first slot of a record, read once and written once
/// @dev Member by member, each would be read and written by itself. An upgrade writes this and the hash, since the commit
/// of the link travels with the version.
library EntryStore {
    function first(Entry storage entry) internal view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(entry.slot)
        }
    }

    function versionOf(uint256 word) internal pure returns (uint32) {
        return uint32(word >> 160);
    }

    function councilOf(uint256 word) internal pure returns (uint32) {
        return uint32(word >> 192);
    }

    function flagsOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> 224);
    }

    function pauseNumberOf(uint256 word) internal pure returns (uint24) {
        return uint24(word >> 232);
    }

    /// @notice Moves to another commit, version and council, and lets the other flags stand.
    function setFirst(Entry storage entry, uint256 word, bytes20 commit, uint32 version, uint32 council, uint8 cleared)
        internal
    {
        uint256 kept = (word >> 224) & ~uint256(cleared);
        uint256 moved = uint256(uint160(commit)) | (uint256(version) << 160) | (uint256(council) << 192) | (kept << 224);
        assembly ("memory-safe") {
            sstore(entry.slot, moved)
        }
    }
}
