using System.Reflection;

namespace Tornadose.SignalR.Tests.Architecture;

public sealed class DirectionOfKnowledgeTests
{
    private static readonly string[] Transport = ["Delivery", "Messages", "Stores", "Diagnostics"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Messages"] = [],
        ["Diagnostics"] = [],
        ["Backplanes"] = ["Messages", "Diagnostics"],
        ["Stores"] = ["Backplanes", "Messages", "Diagnostics"],
        ["Delivery"] = ["Messages", "Diagnostics"],
        ["ServerSentEvents"] = Transport,
        ["WebSockets"] = Transport,
        ["JsonLines"] = Transport,
        ["LongPolling"] = Transport,
        ["Authorization"] = ["Stores", "Delivery", "Backplanes", "Messages", "Diagnostics"],
        ["Hubs"] = [.. Transport, "Authorization", "Backplanes"],
        ["Endpoints"] = [.. Transport, "Authorization", "ServerSentEvents", "WebSockets", "JsonLines", "LongPolling", "Backplanes"],
        ["Blazor"] = ["Messages", "Stores"],
        ["Inspection"] = [.. Transport, "Backplanes", "Endpoints", "WebSockets"],
        ["Redis"] = ["Backplanes", "Messages", "Diagnostics"],
        ["FileLogs"] = ["Backplanes", "Messages", "Diagnostics"],
        ["Hosting"] =
        [
            "Messages", "Diagnostics", "Backplanes", "Stores", "Delivery", "ServerSentEvents", "WebSockets", "JsonLines", "LongPolling", "Hubs", "Endpoints", "Authorization", "Redis", "FileLogs", "Inspection", "Blazor",
        ],
    };

    // The Add… and Map… methods lie where an application finds them without a using.
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["Microsoft.Extensions.DependencyInjection"] = "Hosting",
        ["Microsoft.AspNetCore.Builder"] = "Hosting",
    };

    private static readonly Direction House = new("Tornadose.SignalR", Allowed, Aliases);

    private static Type[] Types => Assembly.Load("Tornadose.SignalR").GetTypes();

    [Fact]
    public void Folders_Knowledge_RunsInOneDirection() => Assert.Empty(House.Violations(Types));

    [Fact]
    public void Folders_OfAllTypes_AreRoomsOfTheHouse()
    {
        Assert.DoesNotContain(Types, type => type.Namespace == "Tornadose.SignalR");
        var folders = Types.Select(House.FolderOf).OfType<string>().Distinct().ToArray();
        Assert.Contains("Messages", folders);
        Assert.All(folders, folder => Assert.Contains(folder, Allowed.Keys));
    }

    [Fact]
    public void Messages_Knowledge_IsTheBaseClassLibraryAlone()
    {
        var foreign = KnownBy("Messages").Where(type => !type.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal)
            || type.Namespace?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true);
        Assert.Empty(foreign);
    }

    [Fact]
    public void Redis_Knowledge_ExcludesAspNetCore() => Assert.DoesNotContain(
        KnownBy("Redis"), type => type.Assembly.GetName().Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    private static IEnumerable<Type> KnownBy(string folder) => Types.Where(type => House.FolderOf(type) == folder)
        .SelectMany(TypeReferences.Of).Where(type => type.Assembly != Types[0].Assembly).Distinct();
}
