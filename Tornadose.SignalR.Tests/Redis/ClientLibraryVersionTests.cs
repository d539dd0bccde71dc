using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Redis;

/// <summary>
/// The library is compiled against one version of StackExchange.Redis and runs with whichever the application brings. So every member that it refers to must be in the others, with the same signature.
/// </summary>
public sealed class ClientLibraryVersionTests
{
    public static TheoryData<string> Others => [.. Packages.Select(package => package.Version)];

    private static (string Version, string Folder)[] Packages { get; } =
        [.. typeof(ClientLibraryVersionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Where(data => data.Key.StartsWith("StackExchange.Redis ", StringComparison.Ordinal)).Select(data => (data.Key.Split(' ')[1], data.Value!))];

    [Theory]
    [MemberData(nameof(Others))]
    public void References_OfTheLibrary_AreTheSameInOtherVersions(string version)
    {
        using var library = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Tornadose.SignalR.dll")));
        using var other = new PEReader(File.OpenRead(Path.Combine(Packages.Single(package => package.Version == version).Folder, "lib", "net10.0", "StackExchange.Redis.dll")));
        var wanted = MemberSignatures.ReferencedBy(library.GetMetadataReader(), "StackExchange.Redis").ToHashSet();
        var offered = MemberSignatures.DefinedBy(other.GetMetadataReader()).ToHashSet();
        Assert.Contains(wanted, member => member.Contains("::ScriptEvaluateAsync(", StringComparison.Ordinal));
        Assert.Empty(wanted.Except(offered));
    }

    [Fact]
    public void References_ToAMemberThatIsNotThere_AreFound()
    {
        using var library = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Tornadose.SignalR.dll")));
        using var itself = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Tornadose.SignalR.dll")));
        Assert.NotEmpty(MemberSignatures.ReferencedBy(library.GetMetadataReader(), "StackExchange.Redis").Except(MemberSignatures.DefinedBy(itself.GetMetadataReader())));
    }
}
