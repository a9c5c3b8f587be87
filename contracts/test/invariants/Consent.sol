// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FleetBook} from "./FleetBook.sol";
import {Switch} from "./Switch.sol";

/// @notice Two teams, one of them with a contract among its signers; and whether a message has a record's consent, by the
/// book alone.
abstract contract Consent is FleetBook {
    /// @notice A message with its signatures.
    /// @param by who sends it
    /// @param used who signed it
    /// @param versions of its contracts, for which it was signed
    struct Signed {
        address by;
        bytes data;
        bytes32 digest;
        address[] contracts;
        uint64[] versions;
        address[] used;
    }

    Switch internal wallet;
    address[][2] internal teams;
    mapping(address signer => uint256) private keyOf;

    /// @dev Whether what is being sent carries consent, and for which records.
    mapping(address => bool) internal mayChange;

    function gather() internal {
        wallet = new Switch();
        for (uint256 i = 0; i < 2; ++i) {
            (uint256[] memory keys_, address[] memory team) = council(i == 0 ? "first team" : "second team", 3);
            for (uint256 j = 0; j < 3; ++j) {
                keyOf[team[j]] = keys_[j];
            }
            teams[i] = i == 0 ? team : withContract(team, address(wallet));
        }
    }

    function contractSignersOf(address[] memory list) internal view returns (uint32) {
        return bitOf(list, address(wallet));
    }

    /// @notice A message signed by one too few, by just enough or by all signers of each record; and who sends it.
    function signed(address[] memory contracts, bytes32 digest, uint256 count, uint256 role)
        internal
        returns (Signed memory message, bytes memory signatures)
    {
        Model storage model = models[contracts[0]];
        message.by = role % 4 == 0 ? stranger : model.rules.accepted ? model.rules.authority : model.rules.gate;
        message.digest = digest;
        message.contracts = contracts;
        message.versions = new uint64[](contracts.length);
        for (uint256 i = 0; i < contracts.length; ++i) {
            message.versions[i] = models[contracts[i]].version;
            addSigners(message, models[contracts[i]], count % 4);
        }
        // Now and then its signature is shown, and it never signed.
        bool isForged = role % 9 == 4;
        for (uint256 i = 0; i < message.used.length; ++i) {
            signatures = bytes.concat(signatures, entryOf(message.used[i], digest, isForged));
        }
    }

    function addSigners(Signed memory message, Model storage model, uint256 mode) private view {
        uint256 count = mode == 0 ? model.minSignatures - 1 : mode == 1 ? model.minSignatures : model.signers.length;
        for (uint256 i = 0; i < count; ++i) {
            address signer = model.signers[i];
            if (bitOf(message.used, signer) == 0) message.used = withContract(message.used, signer);
        }
    }

    function entryOf(address signer, bytes32 digest, bool isForged) internal returns (bytes memory) {
        if (signer != address(wallet)) return signWith(keyOf[signer], digest);
        if (!isForged) wallet.sign(digest);
        return contractEntry(signer, "");
    }

    /// @notice Only what has the consent of all its records, as they stand now, may change any of them.
    function allowIfAgreed(Signed memory message) internal {
        forbid();
        for (uint256 i = 0; i < message.contracts.length; ++i) {
            address contractAddress = message.contracts[i];
            // I10: whatever was signed for an earlier version is void.
            if (models[contractAddress].version != message.versions[i]) return;
            if (!hasConsent(contractAddress, message.digest, message.used, message.by)) return;
        }
        allow(message.contracts);
    }

    function hasConsent(address contractAddress, bytes32 digest, address[] memory used, address by)
        private
        view
        returns (bool)
    {
        Model storage model = models[contractAddress];
        uint32 rejected = rejections[contractAddress][model.version + 1][digest];
        if (model.rules.accepted) return by == model.rules.authority && rejected == 0;
        uint256 good;
        uint256 against;
        for (uint256 i = 0; i < model.signers.length; ++i) {
            address signer = model.signers[i];
            bool isAgainst = (rejected >> i) & 1 == 1;
            bool isBack = (revocations[contractAddress][model.version + 1][digest] >> i) & 1 == 1;
            if (isAgainst) ++against;
            bool isFor = bitOf(used, signer) != 0 && (signer != address(wallet) || wallet.agrees(digest));
            if (isFor && !isAgainst && !isBack) ++good;
        }
        return good >= model.minSignatures && against <= model.signers.length - model.minSignatures;
    }

    function allow(address[] memory contracts) internal {
        forbid();
        for (uint256 i = 0; i < contracts.length; ++i) {
            mayChange[contracts[i]] = true;
        }
    }

    function forbid() internal {
        for (uint256 i = 0; i < RECORDS; ++i) {
            mayChange[one(i)] = false;
        }
    }
}
