// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The typed messages that signers sign (EIP-712)
/// @dev docs/protocol.md §4, which rules the order of the fields.
interface ITypedMessages {
    /// @notice What signers sign: one signature covers every record that moves together.
    /// @param deadline unix seconds, at most 30 days ahead
    struct Approval {
        Upgrade[] upgrades;
        uint64 deadline;
    }

    /// @notice The next state of one record, and the calls that bring its contract there.
    /// @param version the version that the record will have, so it is the nonce
    /// @param contractHash tree hash (§2) of the source directory
    /// @param contractLink `BASE/tree/COMMIT[/PATH]`, COMMIT in 40 lowercase hex digits
    /// @param buildHash how the bytes came to be (§4); zero where nothing is compiled
    struct Upgrade {
        address contractAddress;
        uint64 version;
        bytes32 contractHash;
        string contractLink;
        bytes32 buildHash;
        Code[] code;
        Call[] calls;
    }

    /// @notice What must stand at an address before the first call: the implementation, or each facet.
    struct Code {
        address account;
        bytes32 codeHash;
    }

    /// @notice A call that the record's executor makes, paid from the executor's own balance.
    /// @param minGas the least that must reach the call; zero: no minimum
    struct Call {
        address target;
        uint256 value;
        uint64 minGas;
        bytes data;
    }

    /// @notice A signer's word against a message.
    /// @param digest of any message of this list but a rejection
    struct Rejection {
        bytes32 digest;
        uint64 deadline;
    }

    /// @notice Signers and governance of a record, replaced as a whole.
    /// @param authority a contract that takes the signers' place once it accepts; zero: none
    /// @param guardian may cancel what is scheduled, and pause; zero: none
    /// @param gate alone may send finalize, follow, schedule, commit and reveal; zero: anyone
    /// @param delay seconds between schedule and execute, at most 30 days; zero: finalize in one step
    /// @param commitReveal whether a change may be scheduled as a commitment
    struct Rotation {
        address contractAddress;
        uint64 version;
        address[] signers;
        uint32 contractSigners;
        uint8 minSignatures;
        address authority;
        address guardian;
        address gate;
        uint32 delay;
        bool commitReveal;
        uint64 deadline;
    }

    /// @notice An approval that nobody can read before it is revealed.
    /// @param contracts those of the approval, in its order
    /// @param versions those of the approval, in its order
    /// @param commitment keccak256(abi.encode(hashStruct(Approval), salt))
    struct Commitment {
        address[] contracts;
        uint64[] versions;
        bytes32 commitment;
        uint64 deadline;
    }

    /// @notice Consent to take what a manager writes under a key (§3 References).
    /// @param manager zero: to follow nothing any more
    /// @param pinnedRevision zero: each revision as it comes
    struct Following {
        address contractAddress;
        uint64 version;
        address manager;
        bytes32 key;
        uint64 pinnedRevision;
        uint64 deadline;
    }

    /// @notice The end of a pause before its time.
    /// @param version the record's next one, which this does not move
    /// @param pauseNumber counts the record's pauses, from 1
    struct Unpause {
        address contractAddress;
        uint64 version;
        uint64 pauseNumber;
        uint64 deadline;
    }
}
