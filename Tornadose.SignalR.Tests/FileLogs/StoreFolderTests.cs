using Tornadose.SignalR.FileLogs;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.FileLogs;

public sealed class StoreFolderTests
{
    [Theory]
    [InlineData("orders", "s-orders")]
    [InlineData("Orders", "s-%4frders")]
    [InlineData("devices/a:1.2", "s-devices%2fa%3a1%2e2")]
    [InlineData("con", "s-con")]
    public void Of_Name_IsOneFolderBelowTheRoot(string store, string folder) => Assert.Equal(Path.Combine("/root", folder), StoreFolder.Of("/root", store));

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("/etc")]
    [InlineData("..")]
    public void Of_NameThatNoStoreMayHave_StaysBelowTheRootAllTheSame(string name)
    {
        Assert.False(StoreNames.IsValid(name));
        Assert.Equal("/root", Path.GetDirectoryName(Path.GetFullPath(StoreFolder.Of("/root", name))));
    }

    [Fact]
    public void Of_LongestNames_AreDifferentAndNotTooLong()
    {
        var names = new[] { new string('A', 128), new string('A', 127) + "B", new string('a', 128), new string('.', 128) };
        var folders = names.Select(name => Path.GetFileName(StoreFolder.Of("/root", name))!).ToList();
        Assert.Equal(names.Length, folders.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(folders, folder => Assert.InRange(folder.Length, 1, 200));
    }
}
