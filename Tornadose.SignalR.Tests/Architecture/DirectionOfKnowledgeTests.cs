using System.Reflection;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using IType = ArchUnitNET.Domain.IType;

namespace Tornadose.SignalR.Tests.Architecture;

public sealed class DirectionOfKnowledgeTests
{
    private static readonly string[] Transport = ["Delivery", "Messages", "Stores", "Diagnostics"];

    // Every folder may depend on Abstractions, which both ends of the wire share.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Abstractions"] = [],
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
        ["DirectSending"] = ["Delivery", "Diagnostics"],
        ["Inspection"] = [.. Transport, "Backplanes", "Endpoints"],
        ["Sqlite"] = ["Backplanes", "Messages", "Diagnostics"],
        ["StackExchangeRedis"] = ["Backplanes", "Messages", "Diagnostics"],
        ["Aspire"] = [],
        ["Circuits"] = ["Stores", "Messages"],
        ["Blazor"] = [],
        ["Client"] = [],
    };

    private static readonly ArchUnitNET.Domain.Architecture House = new ArchLoader().LoadAssemblies(
        Assembly.Load("Tornadose.SignalR"), Assembly.Load("Tornadose.SignalR.Abstractions"),
        Assembly.Load("Tornadose.SignalR.Aspire"), Assembly.Load("Tornadose.SignalR.Blazor"), Assembly.Load("Tornadose.SignalR.Client"),
        Assembly.Load("Tornadose.SignalR.Sqlite"), Assembly.Load("Tornadose.SignalR.StackExchangeRedis")).Build();

    public static TheoryData<string> Folders => [.. Allowed.Keys];

    [Theory, MemberData(nameof(Folders))]
    public void Folder_Knowledge_RunsInOneDirection(string folder) => Direction.Never(
        folder, In(folder), "in a folder that it may not know",
        known => FolderOf(known) is { } to && to != folder && to != "Abstractions" && !Allowed[folder].Contains(to)).Check(House);

    [Fact]
    public void Types_OfAllLibraries_AreInFoldersOfTheTable()
    {
        var ours = House.Types.Where(static type => type.FullName.StartsWith("Tornadose.", StringComparison.Ordinal));
        Assert.Empty(ours.Where(static type => FolderOf(type) is null).Select(static type => type.FullName));
        Assert.Equal([.. Allowed.Keys, "Hosting"], House.Types.Select(FolderOf).OfType<string>().ToHashSet());
    }

    /// <summary>Abstractions also use the attributes that name their members on the wire.</summary>
    [Theory, InlineData("Messages"), InlineData("Abstractions")]
    public void Messages_Knowledge_IsTheBaseClassLibraryAlone(string folder) => Direction.Never(
        folder, In(folder), "neither ours nor of the base class library",
        known => FolderOf(known) is null
            && (!IsIn(known, "System") || (IsIn(known, "System.Text.Json") && !IsNameOnTheWire(folder, known)))).Check(House);

    [Theory, InlineData("StackExchangeRedis"), InlineData("Sqlite")]
    public void Backplanes_Knowledge_ExcludesAspNetCore(string folder) => Direction.Never(
        folder, In(folder), "of ASP.NET Core", static known => IsIn(known, "Microsoft.AspNetCore")).Check(House);

    private static bool IsNameOnTheWire(string folder, IType known) =>
        folder == "Abstractions" && IsIn(known, "System.Text.Json.Serialization");

    private static Func<IType, bool> In(string folder) => type => FolderOf(type) == folder;

    private static bool IsIn(IType type, string space) => $"{type.Namespace.FullName}.".StartsWith($"{space}.", StringComparison.Ordinal);

    private static string? FolderOf(IType type) => SourceTree.FolderOf(type.FullName);
}
