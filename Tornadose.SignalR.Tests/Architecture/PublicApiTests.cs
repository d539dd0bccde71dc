using System.Reflection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Architecture;

/// <summary>The public surface is a promise: it changes on purpose, and the change is seen in a file.</summary>
public sealed class PublicApiTests
{
    private const string File = "Tornadose.SignalR/PublicAPI.txt";

    [Fact]
    public async Task PublicSurface_IsTheOneOfTheFile()
    {
        var actual = PublicApi.Of(Assembly.Load("Tornadose.SignalR"));
        if (Environment.GetEnvironmentVariable("UPDATE_API") == "1")
            await System.IO.File.WriteAllLinesAsync(Repository.File(File), actual);
        var expected = await System.IO.File.ReadAllLinesAsync(Repository.File(File));
        var changes = expected.Except(actual).Select(line => $"- {line}").Concat(actual.Except(expected).Select(line => $"+ {line}")).ToList();
        Assert.True(
            expected.SequenceEqual(actual),
            $"The public surface has changed. If that is meant, write it down and commit the file:\n  UPDATE_API=1 dotnet test Tornadose.SignalR.Tests --filter PublicApiTests\n{string.Join('\n', changes)}");
    }
}
