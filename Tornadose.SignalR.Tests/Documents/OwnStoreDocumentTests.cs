using System.Reflection;
using System.Runtime.CompilerServices;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>
/// The example of <c>docs/your-own-store.md</c> is the project <c>samples/OwnStore</c>, which is compiled against the public API alone
/// and runs the specification.
/// </summary>
public sealed class OwnStoreDocumentTests
{
    [Theory]
    [InlineData("JsonFileBackplane.cs")]
    [InlineData("JsonFileSpecifications.cs")]
    [InlineData("OwnStore.csproj")]
    public async Task Example_OfTheDocument_IsTheFileOfTheSample(string file)
    {
        var text = await File.ReadAllTextAsync(Repository.File($"samples/OwnStore/{file}"));
        Assert.Contains(
            DocumentBlock.All,
            block => block is { File: "docs/your-own-store.md", Test: nameof(OwnStoreDocumentTests) } && block.Text == text);
    }

    [Fact]
    public void Specifications_OnlyFriend_IsTheLibrarysOwnTests()
    {
        var friends = typeof(StoreFixture).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>();
        Assert.Equal(["Tornadose.SignalR.Tests"], friends.Select(static friend => friend.AssemblyName));
        Assert.DoesNotContain(
            typeof(SignalR.IStore).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>(),
            static friend => friend.AssemblyName is "OwnStore" or "Tornadose.SignalR.Specifications");
    }
}
