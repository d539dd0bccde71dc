using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Tornadose.SignalR.Tests.Architecture;

internal static class Direction
{
    /// <summary>
    /// The rule that the types of one kind, of which at least one must exist, depend on none of another kind. Types of assemblies that
    /// are only referenced count.
    /// </summary>
    /// <remarks>An architecture caches a predicate's result by its description, so each predicate needs a unique one.</remarks>
    public static IArchRule Never(string from, Func<IType, bool> isFrom, string to, Func<IType, bool> isTo) => Types()
        .That().FollowCustomPredicate(isFrom, $"are in {from}")
        .Should().NotDependOnAny(Types(includeReferenced: true).That().FollowCustomPredicate(isTo, $"are {to} (seen from {from})"));
}
