// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {Council, CouncilStore} from "./Council.sol";
import {Signatures} from "./Signatures.sol";

/// @notice One record's count of signatures over the digest at hand.
/// @param next the first of the council's signers that can still come: they and the signatures both ascend
struct Tally {
    Council council;
    uint256 next;
    uint256 signed;
}

/// @title Enough signatures for every record of a message
library Quorum {
    using CouncilStore for Council;

    /// @notice Counts every entry for each record that has its signer. Reverts for an entry that no record has.
    function count(Tally[] memory tallies, bytes32 digest, bytes calldata signatures) internal view {
        address previous;
        uint256 end;
        for (uint256 offset = 0; offset < signatures.length; offset = end) {
            address signer;
            bool isContract;
            (signer, isContract, end) = Signatures.readEntry(digest, signatures, offset);
            if (signer <= previous) revert IRegistry.SignersNotAscending(previous, signer);
            previous = signer;

            bool known = false;
            for (uint256 i = 0; i < tallies.length; ++i) {
                if (countOne(tallies[i], signer, isContract)) known = true;
            }
            if (!known) revert IRegistry.SignerUnknown(signer, isContract);
            if (isContract) Signatures.assertContractSigned(digest, signer, signatures[offset:end]);
        }
    }

    /// @dev Unchecked: indices stay below the 32 signers.
    function countOne(Tally memory tally, address signer, bool isContract) private pure returns (bool) {
        unchecked {
            address[] memory signers = tally.council.signers;
            uint256 size = signers.length;
            uint256 i = tally.next;
            for (; i < size; ++i) {
                address candidate = signers[i];
                if (candidate < signer) continue;
                if (candidate != signer || tally.council.isContract(i) != isContract) break;
                tally.next = i + 1;
                ++tally.signed;
                return true;
            }
            tally.next = i;
            return false;
        }
    }
}
