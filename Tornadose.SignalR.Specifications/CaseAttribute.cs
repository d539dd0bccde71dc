using Xunit.v3;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// Names the numbered cases of the conformance catalogue that a test covers. <c>eng/test.sh</c> prints the table number → tests;
/// <c>dotnet test --filter Case=SSE-01</c> runs the tests of one case.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class CaseAttribute(params string[] numbers) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. numbers.Select(number => KeyValuePair.Create("Case", number))];
}
