using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Tornadose.SignalR.Tests.Architecture;

internal static class Direction
{
    /// <summary>The rule that types, of which there are some, know none of the others; those of assemblies that are only referenced count.</summary>
    /// <remarks>An architecture remembers the result of a predicate by its description, so that each needs one of its own.</remarks>
    public static IArchRule Never(string from, Func<IType, bool> isFrom, string to, Func<IType, bool> isTo) => Types()
        .That().FollowCustomPredicate(isFrom, $"are in {from}")
        .Should().NotDependOnAny(Types(includeReferenced: true).That().FollowCustomPredicate(isTo, $"are {to} (seen from {from})"));
}
